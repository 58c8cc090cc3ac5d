//! The place where the loops of the executor and of the mempool run.

use std::thread::JoinHandle;

/// The place for work that must not hold up the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workers {
    /// Each loop on a thread of its own: what a node uses.
    Threads,
    /// As tasks of the current runtime. On a runtime of one thread whatever they do happens at one moment and in one
    /// order: what a simulation uses.
    Tasks,
}

/// A started loop.
pub(crate) enum Worker {
    Thread(JoinHandle<()>),
    Task(tokio::task::JoinHandle<()>),
}

impl Workers {
    /// Starts a loop, which waits for nothing but its queue.
    pub(crate) fn start(self, name: &str, work: impl Future<Output = ()> + Send + 'static) -> Worker {
        match self {
            Self::Threads => Worker::Thread(
                std::thread::Builder::new()
                    .name(name.to_owned())
                    .spawn(move || futures::executor::block_on(work))
                    .expect("the system lets a process start a thread"),
            ),
            Self::Tasks => Worker::Task(tokio::spawn(work)),
        }
    }

    /// Runs what waits for the disk.
    pub(crate) async fn blocking<T: Send + 'static>(self, read: impl FnOnce() -> T + Send + 'static) -> T {
        match self {
            Self::Threads => tokio::task::spawn_blocking(read).await.expect("reading the store doesn't panic"),
            Self::Tasks => read(),
        }
    }
}

impl Worker {
    /// Waits until the loop has ended; false if it panicked.
    pub(crate) async fn join(self) -> bool {
        match self {
            Self::Thread(thread) => thread.join().is_ok(),
            Self::Task(task) => task.await.is_ok(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_runs_elsewhere_or_here_as_chosen_and_a_panic_is_told() {
        let here = std::thread::current().id();
        for (workers, is_here) in [(Workers::Threads, false), (Workers::Tasks, true)] {
            assert_eq!(workers.blocking(|| std::thread::current().id()).await == here, is_here);
            let (tell, told) = tokio::sync::oneshot::channel();
            let work = async move { tell.send(std::thread::current().id()).expect("this test listens") };
            assert!(workers.start("worker", work).join().await);
            assert_eq!(told.await.expect("it has ended") == here, is_here);
            assert!(!workers.start("worker", async { panic!("for the test") }).join().await);
        }
    }
}
