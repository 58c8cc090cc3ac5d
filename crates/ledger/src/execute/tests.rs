mod admission;
mod atomicity;
mod codes;
mod expiry;
mod keys;
mod model;
mod points;
mod properties;
