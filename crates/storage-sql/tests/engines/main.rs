//! Both engines: the contract suite, and schemas that say the same.

#[cfg(test)]
mod codes;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod night;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod sqlite;
#[cfg(test)]
mod store;
