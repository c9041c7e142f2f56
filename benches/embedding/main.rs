//! The built-in embedding model with candle alone, to hold the product's own path against: reads a JSON array of texts, prints
//! the seconds their vectors took. `benches/embedding.py` runs it: `embedding-alone FOLDER < texts.json`.
#![allow(clippy::print_stdout, reason = "its output is its purpose")]

use candle_core::{D, DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use std::error::Error;
use std::path::Path;
use std::time::Instant;
use tokenizers::{PaddingParams, Tokenizer, TruncationParams};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const BATCH: usize = 8;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder holds the model?")?;
    let texts: Vec<String> = serde_json::from_reader(std::io::stdin())?;
    let (bert, tokenizer) = load(Path::new(&folder))?;
    embed(&bert, &tokenizer, &texts[..BATCH.min(texts.len())])?;
    let begun = Instant::now();
    let mut by_length: Vec<String> = texts;
    by_length.sort_by_key(String::len);
    for batch in by_length.chunks(BATCH) {
        embed(&bert, &tokenizer, batch)?;
    }
    println!("{}", begun.elapsed().as_secs_f64());
    Ok(())
}

fn load(folder: &Path) -> Result<(BertModel, Tokenizer), Box<dyn Error>> {
    let config: Config = serde_json::from_slice(&std::fs::read(folder.join("config.json"))?)?;
    let mut tokenizer = Tokenizer::from_file(folder.join("tokenizer.json")).map_err(|error| error.to_string())?;
    let truncation = TruncationParams { max_length: 256, ..TruncationParams::default() };
    tokenizer.with_truncation(Some(truncation)).map_err(|error| error.to_string())?;
    tokenizer.with_padding(Some(PaddingParams::default()));
    let weights = std::fs::read(folder.join("model.safetensors"))?;
    let weights = VarBuilder::from_buffered_safetensors(weights, DType::F32, &Device::Cpu)?;
    Ok((BertModel::load(weights, &config)?, tokenizer))
}

/// Mean pooling over the tokens that are not padding, unit length: as the model card says.
fn embed(bert: &BertModel, tokenizer: &Tokenizer, texts: &[String]) -> Result<Vec<Vec<f32>>, Box<dyn Error>> {
    let encodings = tokenizer.encode_batch(texts.to_vec(), true).map_err(|error| error.to_string())?;
    let rows = |of: fn(&tokenizers::Encoding) -> &[u32]| -> Result<Tensor, candle_core::Error> {
        let tensors = encodings.iter().map(|encoding| Tensor::new(of(encoding), &Device::Cpu)).collect::<Result<Vec<_>, _>>()?;
        Tensor::stack(&tensors, 0)
    };
    let (tokens, mask) = (rows(tokenizers::Encoding::get_ids)?, rows(tokenizers::Encoding::get_attention_mask)?);
    let hidden = bert.forward(&tokens, &tokens.zeros_like()?, Some(&mask))?;
    let weights = mask.to_dtype(DType::F32)?.unsqueeze(2)?;
    let sum = hidden.broadcast_mul(&weights)?.sum(1)?;
    let mean = sum.broadcast_div(&weights.sum(1)?)?;
    let length = mean.sqr()?.sum_keepdim(D::Minus1)?.sqrt()?;
    Ok(mean.broadcast_div(&length)?.to_vec2()?)
}
