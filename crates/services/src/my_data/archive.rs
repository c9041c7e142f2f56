//! Archive: a ZIP that grows in a file without a name, so that an export may be larger than memory.

use crate::{Error, Result};
use bytes::Bytes;
use object_store::ObjectStore;
use object_store::buffered::BufWriter;
use object_store::path::Path;
use serde_json::Value;
use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::sync::Arc;
use tokio::io::AsyncWriteExt as _;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// How much is sent to the object store at a time.
const PART_BYTES: usize = 1024 * 1024;

/// An archive that is being written.
pub(super) struct Archive(ZipWriter<File>);

impl Archive {
    /// An empty one.
    pub(super) fn new() -> Result<Self> {
        Ok(Self(ZipWriter::new(tempfile::tempfile().map_err(Error::internal)?)))
    }

    /// Starts a file whose bytes follow with [`Archive::append`]; uploaded files are compressed already, mostly.
    pub(super) fn start(&mut self, name: &str) -> Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored).large_file(true);
        self.0.start_file(name, options).map_err(Error::internal)
    }

    /// More bytes of the file that was started.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.0.write_all(bytes).map_err(Error::internal)
    }

    /// A whole file of text.
    pub(super) fn text(&mut self, name: &str, text: &str) -> Result<()> {
        self.start_text(name, false)?;
        self.append(text.as_bytes())
    }

    fn start_text(&mut self, name: &str, is_large: bool) -> Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).large_file(is_large);
        self.0.start_file(name, options).map_err(Error::internal)
    }

    /// A whole file of JSON, to be read by people as well.
    pub(super) fn json(&mut self, name: &str, value: &Value) -> Result<()> {
        self.text(name, &serde_json::to_string_pretty(value).map_err(Error::internal)?)
    }

    /// Starts a file with a list in JSON; its items follow one by one, as all of them may be larger than memory.
    pub(super) fn list(&mut self, name: &str) -> Result<List<'_>> {
        self.start_text(name, true)?;
        self.append(b"[")?;
        Ok(List { archive: self, is_empty: true })
    }

    /// Ends the archive and puts it into the object store. Its size.
    pub(super) async fn store(self, objects: Arc<dyn ObjectStore>, key: Path) -> Result<u64> {
        let mut file = self.0.finish().map_err(Error::internal)?;
        file.rewind().map_err(Error::internal)?;
        let mut writer = BufWriter::new(objects, key);
        let mut size = 0;
        loop {
            let mut part = vec![0; PART_BYTES];
            let read = file.read(&mut part).map_err(Error::internal)?;
            if read == 0 {
                break;
            }
            part.truncate(read);
            size += read as u64;
            writer.put(Bytes::from(part)).await?;
        }
        writer.shutdown().await.map_err(|error| Error::Unavailable(error.into()))?;
        Ok(size)
    }
}

/// A list that is being written, an item on each line.
pub(super) struct List<'a> {
    archive: &'a mut Archive,
    is_empty: bool,
}

impl List<'_> {
    /// One item more.
    pub(super) fn add(&mut self, item: &Value) -> Result<()> {
        let before = if self.is_empty { "\n" } else { ",\n" };
        self.is_empty = false;
        self.archive.append(before.as_bytes())?;
        self.archive.append(&serde_json::to_vec(item).map_err(Error::internal)?)
    }

    /// Nothing follows.
    pub(super) fn end(self) -> Result<()> {
        self.archive.append(b"\n]\n")
    }
}

/// A name that is safe in an archive wherever it is unpacked.
pub(super) fn safe_name(name: &str) -> String {
    let kept = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ' | '(' | ')') { c } else { '_' };
    let name: String = name.chars().take(120).map(kept).collect();
    name.trim().trim_start_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::safe_name;

    #[test]
    fn no_name_leads_out_of_the_folder_it_is_unpacked_into() {
        assert_eq!(safe_name("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(safe_name("Bericht für März (2).pdf"), "Bericht für März (2).pdf");
        assert_eq!(safe_name("a:b\\c\n.txt"), "a_b_c_.txt");
    }
}
