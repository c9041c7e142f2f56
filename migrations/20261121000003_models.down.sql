DROP TABLE models, providers, settings;
