-- The baseline: what a brand would build on one PostgreSQL. Every table has the indexes that its queries need and no
-- others; there are no foreign keys and no triggers, because they would only slow it down. Rows that are updated
-- leave room on their page, so that PostgreSQL needs no new index entries for them (heap-only tuples).

-- The running balance of an account in one brand's points.
CREATE TABLE balances (
    account bigint NOT NULL,
    brand smallint NOT NULL,
    balance bigint NOT NULL CHECK (balance >= 0),
    PRIMARY KEY (account, brand)
) WITH (fillfactor = 80);

-- The same points by the month in which they expire, as months since the year 0.
CREATE TABLE lots (
    account bigint NOT NULL,
    brand smallint NOT NULL,
    expiry smallint NOT NULL,
    amount bigint NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (account, brand, expiry)
) WITH (fillfactor = 80);

-- What was asked for, once per reference.
CREATE TABLE transfers (
    reference bigint PRIMARY KEY,
    from_account bigint NOT NULL,
    to_account bigint NOT NULL,
    brand smallint NOT NULL,
    amount bigint NOT NULL,
    created timestamptz NOT NULL DEFAULT now()
);

-- Double entry: two rows for each transfer that add up to zero, each with the balance after it.
CREATE TABLE entries (
    account bigint NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    reference bigint NOT NULL,
    brand smallint NOT NULL,
    change bigint NOT NULL,
    balance bigint NOT NULL
);

-- An account's history, the newest first.
CREATE INDEX entries_by_account ON entries (account, id);
