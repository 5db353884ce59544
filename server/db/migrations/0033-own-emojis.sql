-- Custom emoji of the home: their pictures come in like other uploads, and one may be switched off.

alter table uploads drop constraint uploads_purpose_check;
alter table uploads add constraint uploads_purpose_check
  check (purpose in ('attachment', 'thumbnail', 'avatar', 'header', 'emoji'));

-- Of the home's own: not offered, and not put into what is written from now on.
alter table emojis add column is_disabled boolean not null default false;
