/** Add and Remove: what an actor pins on its own profile, and the hashtags it shows there. Nobody is told of it. */
import {
  type FeaturedName,
  MAX_REMOTE_FEATURED,
  addFeaturedHashtags,
  removeFeaturedHashtags,
} from '../../domain/profiles/featured-hashtags.ts'
import { type FeaturedPlaces, findFeaturedPlaces } from '../../domain/profiles/profile-readings.ts'
import { type RemotePin, addPins, removePins } from '../../domain/profiles/remote-pins.ts'
import { sameOrigin } from '../../net/origin.ts'
import { typeOf } from '../json.ts'
import { parseTags } from '../parse-tags.ts'
import type { Batch } from './batch.ts'
import type { InboundMessage } from './message.ts'

export async function handleAdds(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  const { pins, hashtags } = await judgeAll(batch, messages, true)
  await addPins(batch.tx, pins)
  await addFeaturedHashtags(batch.tx, hashtags, MAX_REMOTE_FEATURED)
}

export async function handleRemoves(batch: Batch, messages: readonly InboundMessage[]): Promise<void> {
  const { pins, hashtags } = await judgeAll(batch, messages, false)
  await removePins(batch.tx, pins)
  await removeFeaturedHashtags(batch.tx, hashtags)
}

interface Featured {
  readonly pins: RemotePin[]
  readonly hashtags: FeaturedName[]
}

async function judgeAll(
  batch: Batch,
  messages: readonly InboundMessage[],
  isAdded: boolean,
): Promise<Featured> {
  await batch.loadPosts(messages.flatMap(({ activity }) => activity.objectUri ?? []))
  const places = await findFeaturedPlaces(
    batch.tx,
    messages.map((message) => batch.signerOf(message).id),
  )
  const featured: Featured = { pins: [], hashtags: [] }
  for (const message of messages) {
    const place = places.get(batch.signerOf(message).id)
    const flaw = flawOf(batch, message, place)
    if (flaw !== null) batch.drop(message, flaw)
    else if (isHashtag(message)) judgeHashtag(batch, message, featured)
    else judgePost(batch, message, featured, isAdded)
  }
  return featured
}

/** Only an actor itself says what its own collections hold, and only where somebody here looks at them. */
function flawOf(batch: Batch, message: InboundMessage, place: FeaturedPlaces | undefined): string | null {
  const { targetUri } = message.activity
  // Hashtags go to the collection of pinned posts too: that is how most servers send them.
  const isTags = isHashtag(message) && targetUri === place?.featured_tags_uri
  if (place === undefined || targetUri === null || !(isTags || targetUri === place.featured_uri)) {
    return `${targetUri} is no collection of theirs that is known here`
  }
  const isFollowed = batch.relationsWith(place.id).some((relation) => relation.follows)
  return isFollowed || place.matters ? null : 'it concerns nobody here'
}

function isHashtag({ activity }: InboundMessage): boolean {
  const type = activity.object === null ? null : typeOf(activity.object)
  return type === 'Hashtag' || type === 'as:Hashtag'
}

function judgeHashtag(batch: Batch, message: InboundMessage, { hashtags }: Featured): void {
  const [hashtag] = parseTags([message.activity.object]).hashtags
  if (hashtag === undefined) {
    batch.drop(message, 'it has no usable name')
    return
  }
  hashtags.push({ actorId: batch.signerOf(message).id, name: hashtag.name })
  batch.done(message)
}

/** An embedded post is not used: it is read at its own id where it is not here. */
function judgePost(batch: Batch, message: InboundMessage, { pins }: Featured, isAdded: boolean): void {
  const { objectUri } = message.activity
  const signer = batch.signerOf(message)
  if (objectUri === null || !sameOrigin(objectUri, message.signerUri)) {
    batch.drop(message, `${objectUri} is no post of theirs`)
    return
  }
  const post = batch.posts.get(objectUri)
  if (post === undefined && isAdded) batch.ask(message, { kind: 'post', uri: objectUri })
  else if (post === undefined) batch.drop(message, 'the post is not known here')
  else if (post.author_id !== signer.id || post.boost_of_id !== null) {
    batch.drop(message, `${objectUri} is no post of theirs`)
  } else {
    pins.push({ actorId: signer.id, postId: post.id })
    batch.done(message)
  }
}
