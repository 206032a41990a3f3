-- Sweeps of coins to the owner's own wallet. A sweep is a subject of events; these rows find the ones that are under way.

insert into subject_kind (name) values ('sweep');

create table sweep (
  sweep_id blob primary key constraint sweep_id check (length(sweep_id) = 16),
  -- EIP-155.
  chain_id integer not null,
  -- Planned and not approved, approved with steps that are not final, or nothing more can happen.
  state text not null constraint sweep_state check (state in ('planned', 'running', 'over')),
  steps integer not null
) strict, without rowid;

-- Two sweeps of one chain would use the same numbers of the fee address.
create unique index sweep_running on sweep (chain_id) where state = 'running';
