DROP TABLE chunks, document_pages, documents, datasets;
