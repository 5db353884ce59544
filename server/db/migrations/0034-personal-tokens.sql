-- Tokens that the owner makes by hand stand beside those of apps, and are counted by themselves.

-- Not an app that made itself known: a name that the owner gave to one token.
alter table oauth_apps add column is_personal boolean not null default false;
