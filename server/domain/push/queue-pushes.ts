/** Queues a push of new notifications for every subscription that asks for them, in one statement however many there are. */
import { sql } from 'kysely'
import type { Transaction } from '../../db/pool.ts'
import { pushDeliveryGraph } from './push-delivery-graph.ts'

/** More than this may not wait for one receiver: the oldest are dropped. */
const MOST_WAITING = 100

/**
 * To apps that do not know reactions these are favourites. Complaints are the business of the home and not of an identity:
 * no app is told of them. The end of an own poll is nobody else's doing, so only `none` keeps it back.
 */
export async function queuePushes(tx: Transaction, notificationIds: readonly string[]): Promise<void> {
  if (notificationIds.length === 0) return
  await sql`
    with made as (
      insert into push_deliveries (subscription_id, notification_id, host, state_next_attempt_at)
      select subscription.id, told.id, subscription.host, greatest(now(), subscription.retry_at)
        from notifications as told
        join push_subscriptions as subscription on subscription.actor_id = told.actor_id
       where told.id = any(${notificationIds}::bigint[]) and told.kind <> 'admin.report'
         and coalesce((subscription.alerts ->> told.kind)::boolean,
                      told.kind = 'emoji_reaction' and (subscription.alerts ->> 'favourite')::boolean, false)
         and case subscription.policy
               when 'all' then true
               when 'none' then false
               when 'followed' then told.from_actor_id = told.actor_id or exists (
                 select from follows where source_id = told.actor_id and target_id = told.from_actor_id
                    and state = 'accepted')
               else told.from_actor_id = told.actor_id or exists (
                 select from follows where source_id = told.from_actor_id and target_id = told.actor_id
                    and state in ('accepting', 'accepted'))
             end
       order by told.id
          on conflict do nothing
      returning subscription_id
    ), surplus as (
      delete from push_deliveries where id in (
        select id from (
          select id, row_number() over (partition by subscription_id order by id desc) as place
            from push_deliveries
           where state = 'new' and subscription_id in (select subscription_id from made)) as waiting
         where place > ${MOST_WAITING})
    )
    select pg_notify('stator', ${pushDeliveryGraph.table}) where exists (select from made)`.execute(tx)
}
