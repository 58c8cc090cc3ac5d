-- One transfer, the same work as a lojal transfer: at most once per reference, earliest lots first with their expiry
-- carried over, double entry with running balances. All or nothing: an exception takes everything back. p_fast tries
-- first what is usual: both accounts know the brand, and the payer's earliest live lot has more than the amount, so that
-- one statement finds it and takes from it.
CREATE FUNCTION transfer(
    p_reference bigint, p_from bigint, p_to bigint, p_brand smallint, p_amount bigint, p_month smallint, p_fast boolean
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_from_balance bigint;
    v_to_balance bigint;
    v_remaining bigint := p_amount;
    v_taken bigint;
    v_lot record;
    v_expiry smallint;
BEGIN
    INSERT INTO transfers (reference, from_account, to_account, brand, amount)
        VALUES (p_reference, p_from, p_to, p_brand, p_amount) ON CONFLICT (reference) DO NOTHING;
    IF NOT FOUND THEN
        RETURN 'duplicate';
    END IF;

    -- Both balances are updated in the order of their accounts, so that two transfers never wait for each other in a
    -- circle. These locks also guard the lots.
    IF p_from < p_to THEN
        UPDATE balances SET balance = balance - p_amount
            WHERE account = p_from AND brand = p_brand RETURNING balance INTO v_from_balance;
    END IF;
    IF p_fast THEN
        UPDATE balances SET balance = balance + p_amount
            WHERE account = p_to AND brand = p_brand RETURNING balance INTO v_to_balance;
    END IF;
    IF v_to_balance IS NULL THEN
        INSERT INTO balances (account, brand, balance) VALUES (p_to, p_brand, p_amount)
            ON CONFLICT (account, brand) DO UPDATE SET balance = balances.balance + excluded.balance
            RETURNING balance INTO v_to_balance;
    END IF;
    IF p_from >= p_to THEN
        UPDATE balances SET balance = balance - p_amount
            WHERE account = p_from AND brand = p_brand RETURNING balance INTO v_from_balance;
    END IF;
    IF v_from_balance IS NULL THEN
        RAISE EXCEPTION 'insufficient points';
    END IF;

    IF p_fast THEN
        UPDATE lots SET amount = amount - p_amount
            WHERE account = p_from AND brand = p_brand AND amount > p_amount AND expiry = (
                SELECT expiry FROM lots
                    WHERE account = p_from AND brand = p_brand AND expiry >= p_month ORDER BY expiry LIMIT 1)
            RETURNING expiry INTO v_expiry;
    END IF;
    IF v_expiry IS NOT NULL THEN
        UPDATE lots SET amount = amount + p_amount WHERE account = p_to AND brand = p_brand AND expiry = v_expiry;
        IF NOT FOUND THEN
            INSERT INTO lots (account, brand, expiry, amount) VALUES (p_to, p_brand, v_expiry, p_amount)
                ON CONFLICT (account, brand, expiry) DO UPDATE SET amount = lots.amount + excluded.amount;
        END IF;
    ELSE
        FOR v_lot IN
            SELECT expiry, amount FROM lots
                WHERE account = p_from AND brand = p_brand AND expiry >= p_month ORDER BY expiry
        LOOP
            v_taken := least(v_lot.amount, v_remaining);
            IF v_taken = v_lot.amount THEN
                DELETE FROM lots WHERE account = p_from AND brand = p_brand AND expiry = v_lot.expiry;
            ELSE
                UPDATE lots SET amount = amount - v_taken
                    WHERE account = p_from AND brand = p_brand AND expiry = v_lot.expiry;
            END IF;
            INSERT INTO lots (account, brand, expiry, amount) VALUES (p_to, p_brand, v_lot.expiry, v_taken)
                ON CONFLICT (account, brand, expiry) DO UPDATE SET amount = lots.amount + excluded.amount;
            v_remaining := v_remaining - v_taken;
            EXIT WHEN v_remaining = 0;
        END LOOP;
        IF v_remaining > 0 THEN
            RAISE EXCEPTION 'insufficient points';
        END IF;
    END IF;

    INSERT INTO entries (account, reference, brand, change, balance) VALUES
        (p_from, p_reference, p_brand, -p_amount, v_from_balance),
        (p_to, p_reference, p_brand, p_amount, v_to_balance);
    RETURN 'applied';
END
$$;
