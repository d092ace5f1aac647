//! Pictures that members bring along: what is taken, what is refused, and what runs begin with.

mod pictures;
mod refusals;
mod runs;
