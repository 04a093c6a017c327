"""What codes are called in the reader's language; the texts are written in zh-Hans."""
