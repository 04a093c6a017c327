/* Opens the till without network. The service writes `self.shell` before this: what is to be kept. */
