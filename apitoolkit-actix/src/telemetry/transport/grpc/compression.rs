use tonic::{client::Grpc, codec::CompressionEncoding, transport::Channel};

pub(super) fn compressed(client: Grpc<Channel>) -> Grpc<Channel> {
    client.send_compressed(CompressionEncoding::Gzip).accept_compressed(CompressionEncoding::Gzip)
}
