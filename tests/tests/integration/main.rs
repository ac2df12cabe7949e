//! Integration tests: real servers, real clients, the in-process OTLP receiver.

mod exchange;
