-- Who followed an identity when it moved away, so that it can be told who has come along since.

-- Names instead of references: those who have come along may be cleaned up here.
create table moved_followers (
  move_id bigint not null references actor_moves (id) on delete cascade,
  actor_id bigint not null,
  host text not null,
  handle text not null,
  primary key (move_id, actor_id)
);
