use std::path::Path;

use opentelemetry_proto::tonic::common::v1::KeyValue;

use super::{
    directory::Directory,
    disk::{Disk, Trouble},
    record::{Record, with_key, without_key},
};

/// What a process does with a queue that it finds, up to the last request, and then with a new one.
/// Returns the requests that were read, and what was wrong if the queue was damaged; the error is
/// the disk's.
pub(crate) fn drain(dir: &Path, max_bytes: u64) -> Result<(Vec<Vec<u8>>, Option<String>), String> {
    let mut disk = Disk::new(Directory::take(dir)?, max_bytes);
    let mut read = Vec::new();
    let damage = match drained(&mut disk, &mut read) {
        Ok(()) => None,
        Err(Trouble::Damaged(why)) => {
            disk.set_aside().map_err(|error| error.to_string())?;
            Some(why)
        }
        Err(trouble) => return Err(trouble.to_string()),
    };
    begun_anew(&mut disk).map_err(|trouble| trouble.to_string())?;
    Ok((read, damage))
}

fn drained(disk: &mut Disk, read: &mut Vec<Vec<u8>>) -> Result<(), Trouble> {
    let key = KeyValue::default();
    disk.open(|dropped| drop(Record::decode(dropped)))?;
    // What is found may leave room for more.
    disk.append(b"one more")?;
    while let Some(element) = disk.oldest()? {
        if let Some(record) = Record::decode(element.clone()) {
            let _ = without_key(&record.body, Some(&key));
            let _ = with_key(&record.body, Some(&key));
        }
        read.push(element);
        disk.remove()?;
    }
    Ok(())
}

/// Whatever was there, one request goes in and comes out.
fn begun_anew(disk: &mut Disk) -> Result<(), Trouble> {
    let kept = disk.append(b"anew")?;
    let found = disk.oldest()?;
    disk.remove()?;
    match (kept, found.as_deref()) {
        (true, Some(b"anew")) | (false, None) => Ok(()),
        found => Err(Trouble::Damaged(format!("a new queue gives {found:?}"))),
    }
}
