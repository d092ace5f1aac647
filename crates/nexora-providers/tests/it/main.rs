//! The adapters against the sandbox, and against far sides that behave as no sandbox would.

#[cfg(test)]
mod browser;
#[cfg(test)]
mod clerk;
#[cfg(test)]
mod download;
#[cfg(test)]
mod fal;
#[cfg(test)]
mod far_side;
#[cfg(test)]
mod higgsfield;
#[cfg(test)]
mod inspect;
#[cfg(test)]
mod lemon;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod openai;
#[cfg(test)]
mod pictures;
#[cfg(test)]
mod queues;
#[cfg(test)]
mod replicate;
#[cfg(test)]
mod runway;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod webhooks;
#[cfg(test)]
mod wire;
