/** Where the search for a cluster writes its remarks. The log of an action fits. */
export interface ConnectLog {
  debug(message: string): void;
  warn(message: string): void;
}
