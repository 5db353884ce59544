-- What a check from outside found, in the codes of its list.
alter table doctor_findings add column codes jsonb not null default '[]';

-- One row: one run at a time for a home over all its servers, and when one last looked from outside.
create table doctor_runs (
  id boolean primary key default true check (id),
  -- Who runs has the row until then; null where nobody does.
  leased_until timestamptz,
  outside_at timestamptz
);
