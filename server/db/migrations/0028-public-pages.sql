-- What the owner shows on the public pages of an identity. Of others these columns mean nothing.
alter table actors
  -- Lists of who follows and who is followed; never where `hides_collections` is set.
  add column shows_follows boolean not null default false,
  -- Numbers: of posts and people on a profile, of replies, boosts and favourites with a post.
  add column shows_counts boolean not null default true,
  -- Visitors may look for words in the public posts.
  add column offers_search boolean not null default false,
  -- RSS, Atom and JSON Feed.
  add column has_feeds boolean not null default true;
