//! The cost of each kind of operation, from admission to receipt, without signature and tree.

mod economy;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use lojal_ledger::BlockExecutor;
use lojal_types::Outcome;

use self::economy::Economy;

fn operations(c: &mut Criterion) {
    let economy = Economy::new();
    let mut group = c.benchmark_group("operation");
    for (sender, operation) in economy.operations() {
        let transaction = economy.sign(sender, vec![operation.clone()]);
        let time = economy.state.view().tip().time_ms.plus_ms(1_000);
        let receipt = BlockExecutor::new(&economy.state, time).push(&transaction).expect("it can be in a block");
        assert_eq!(receipt.outcome, Outcome::Applied, "{}", operation.name());
        group.bench_function(operation.name(), |b| {
            b.iter_batched_ref(
                || BlockExecutor::new(&economy.state, time),
                |executor| executor.push(&transaction),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, operations);
criterion_main!(benches);
