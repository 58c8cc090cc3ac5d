-- A hundred transfers of one account in one database transaction: all or nothing, one commit, one round trip.
CREATE FUNCTION transfer_hundred(
    p_reference bigint, p_from bigint, p_accounts bigint, p_brand smallint, p_month smallint
) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    v_accounts bigint[];
BEGIN
    v_accounts := ARRAY(
        SELECT 1 + (p_from + floor(random() * (p_accounts - 1))::bigint) % p_accounts FROM generate_series(1, 100));
    -- All locks first and in one order, so that two transactions never wait for each other in a circle.
    PERFORM 1 FROM balances WHERE account = ANY (v_accounts || p_from) AND brand = p_brand ORDER BY account FOR UPDATE;
    FOR v_number IN 1..100 LOOP
        PERFORM transfer(
            p_reference * 100 + v_number - 1, p_from, v_accounts[v_number], p_brand, 1 + floor(random() * 100)::bigint,
            p_month, false);
    END LOOP;
    RETURN 'applied';
END
$$;
