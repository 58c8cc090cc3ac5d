-- Balances and lots of what the receipts gave. Points expire two years after their month; months count from the year 0.
SET work_mem = '256MB';
SET maintenance_work_mem = '1GB';
INSERT INTO balances SELECT to_account, brand, sum(amount) FROM transfers GROUP BY 1, 2 ORDER BY 1, 2;
INSERT INTO lots
    SELECT to_account, brand,
        extract(year FROM created AT TIME ZONE 'UTC') * 12 + extract(month FROM created AT TIME ZONE 'UTC') - 1 + 24,
        sum(amount)
    FROM transfers GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
ALTER TABLE balances ADD PRIMARY KEY (account, brand);
ALTER TABLE lots ADD PRIMARY KEY (account, brand, expiry);
ALTER TABLE transfers ADD PRIMARY KEY (reference);
CREATE INDEX entries_by_account ON entries (account, id);
VACUUM (ANALYZE);
CHECKPOINT;
