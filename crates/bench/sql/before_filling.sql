-- Large tables are filled faster without the indexes, which are made afterwards.
ALTER TABLE balances DROP CONSTRAINT balances_pkey;
ALTER TABLE lots DROP CONSTRAINT lots_pkey;
ALTER TABLE transfers DROP CONSTRAINT transfers_pkey;
DROP INDEX entries_by_account;
