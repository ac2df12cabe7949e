use tonic::{client::Grpc, transport::Channel};

/// Without the feature `gzip` no settings ask for compression.
pub(super) fn compressed(client: Grpc<Channel>) -> Grpc<Channel> {
    client
}
