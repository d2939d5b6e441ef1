/// FNV-1a hash, 64 bits, the same in every process. Not for input that others choose: collisions are easy to construct.
package func fnv1a(_ octets: some Sequence<UInt8>) -> UInt64 {
  octets.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
}
