//! Faults of processes, disks, clocks, documents and links: nothing acknowledged is lost, and no answer is wrong.

pub mod clock;
mod cold;
mod damage;
mod disk;
mod genesis;
mod kill;
mod partition;
mod signing;
mod stop;
mod wiped;
