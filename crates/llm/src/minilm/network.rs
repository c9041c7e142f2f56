//! Tokens in, vectors out: the network, mean pooling and normalisation.
//!
//! Invariant: a text has the same vector alone and in a batch (up to rounding): padding is masked out.

use std::path::Path;

use candle_core::{D, DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use tokenizers::{Encoding, Tokenizer, TruncationParams};

use crate::LlmError;

/// Tokens of a text that are read; the model was trained on no more.
const MOST_TOKENS: usize = 256;
/// Texts computed at once: more is slower on a processor and takes more memory.
const BATCH: usize = 8;

/// The model in memory: about 90 MB.
pub(super) struct Network {
    bert: BertModel,
    tokenizer: Tokenizer,
}

impl Network {
    /// Reads the model. Holds the file and the weights at once for a moment, then the weights only.
    pub fn load(folder: &Path) -> Result<Self, LlmError> {
        let config = std::fs::read(folder.join("config.json")).map_err(LlmError::local)?;
        let config: Config = serde_json::from_slice(&config).map_err(LlmError::local)?;
        let mut tokenizer = Tokenizer::from_file(folder.join("tokenizer.json")).map_err(LlmError::local)?;
        let truncation = TruncationParams { max_length: MOST_TOKENS, ..TruncationParams::default() };
        tokenizer.with_truncation(Some(truncation)).map_err(LlmError::local)?;
        tokenizer.with_padding(None);
        let weights = std::fs::read(folder.join("model.safetensors")).map_err(LlmError::local)?;
        let weights = VarBuilder::from_buffered_safetensors(weights, DType::F32, &Device::Cpu).map_err(LlmError::local)?;
        let bert = BertModel::load(weights, &config).map_err(LlmError::local)?;
        Ok(Self { bert, tokenizer })
    }

    /// One unit vector per text, in order. Looks at `is_given_up` between batches and stops early if so.
    pub fn embed(&self, texts: &[String], is_given_up: impl Fn() -> bool) -> Result<Vec<Vec<f32>>, LlmError> {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let encodings = self.tokenizer.encode_batch_fast(texts, true).map_err(LlmError::local)?;
        // Neighbours in length share a batch, so that little of it is padding.
        let mut order: Vec<usize> = (0..encodings.len()).collect();
        order.sort_by_key(|&index| encodings[index].len());
        let mut vectors = vec![Vec::new(); encodings.len()];
        for indexes in order.chunks(BATCH) {
            if is_given_up() {
                return Err(LlmError::local("the caller has gone"));
            }
            let batch: Vec<&Encoding> = indexes.iter().map(|&index| &encodings[index]).collect();
            let computed = self.compute(&batch).map_err(LlmError::local)?;
            for (&index, vector) in indexes.iter().zip(computed) {
                vectors[index] = vector;
            }
        }
        Ok(vectors)
    }

    fn compute(&self, batch: &[&Encoding]) -> candle_core::Result<Vec<Vec<f32>>> {
        let longest = batch.iter().map(|encoding| encoding.len()).max().unwrap_or_default();
        let shape = (batch.len(), longest);
        let padded = |values: fn(&Encoding) -> &[u32]| {
            let rows = batch.iter().flat_map(|encoding| {
                let row = values(encoding);
                row.iter().copied().chain(std::iter::repeat_n(0, longest - row.len()))
            });
            Tensor::from_iter(rows, &Device::Cpu)?.reshape(shape)
        };
        let tokens = padded(Encoding::get_ids)?;
        let mask = padded(Encoding::get_attention_mask)?;
        let states = self.bert.forward(&tokens, &tokens.zeros_like()?, Some(&mask))?;
        let mask = mask.to_dtype(DType::F32)?.unsqueeze(D::Minus1)?;
        // The direction is all that counts after normalisation, so the sum serves as the mean.
        let sums = states.broadcast_mul(&mask)?.sum(1)?;
        let lengths = sums.sqr()?.sum_keepdim(1)?.sqrt()?;
        sums.broadcast_div(&lengths)?.to_vec2()
    }
}
