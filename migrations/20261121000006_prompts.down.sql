DROP TABLE prompt_datasets, prompts;
