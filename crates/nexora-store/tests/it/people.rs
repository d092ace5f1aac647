//! People, their sign-ins and their sessions.
