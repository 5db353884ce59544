-- The edge asks the home by another name than visitors ask for: what is sent to inboxes then is asked to come again.
alter table edges add column rewrites_host boolean not null default false;
