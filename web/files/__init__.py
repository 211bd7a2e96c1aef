"""Files that leave the house: workbooks, PDFs and documents, each from plain rows or words of a service."""
