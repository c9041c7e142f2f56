DROP TABLE token_usage, message_citations, generation_events, generations, messages, conversations;
