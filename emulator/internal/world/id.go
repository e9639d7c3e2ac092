package world

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"io"
	"math/big"

	"github.com/google/uuid"
)

// counters count what was made, by kind: the n-th Item of a seed always has the same
// id, whatever else happened.
var counters = NewTable[uint64]("world.counter", 1)

func (w *World) next(kind string) uint64 {
	n, _ := counters.Get(w, kind)
	n++
	counters.Put(w, kind, n)
	return n
}

// Bytes are the raw material of one id.
type Bytes [sha512.Size]byte

// Derive returns bytes that depend on the seed, the world's name and the parts, and on
// nothing else: what can be computed again need not be stored. In a world that was
// imported the name is that of the world where the records were made.
func (w *World) Derive(parts ...string) Bytes {
	buf := make([]byte, 0, 160)
	buf = binary.BigEndian.AppendUint64(buf, w.seed)
	buf = append(buf, w.origin...)
	for _, part := range parts {
		buf = append(buf, 0)
		buf = append(buf, part...)
	}
	return sha512.Sum512(buf)
}

// Draw returns the bytes of the next id of a kind.
func (w *World) Draw(kind string) Bytes {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], w.next(kind))
	return w.Derive(kind, string(n[:]))
}

// Count returns the next number of a kind, from 1.
func (w *World) Count(kind string) uint64 { return w.next(kind) }

// UUID returns the next version 4 UUID of a kind. Its first 8 hex digits are the
// world's tag.
func (w *World) UUID(kind string) string { return w.Draw(kind).UUID(w.tag) }

// UUID formats the bytes as a version 4 UUID (RFC 9562) that starts with tag, which is
// 8 hex digits.
func (b Bytes) UUID(tag string) string {
	var id uuid.UUID
	copy(id[:], b[:16])
	if head, err := hex.DecodeString(tag); err == nil {
		copy(id[:4], head)
	}
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}

// Hex formats the bytes as n lower-case hex digits, at most 128.
func (b Bytes) Hex(n int) string { return hex.EncodeToString(b[:(n+1)/2])[:n] }

// Text formats the bytes as n characters of an alphabet, at most 63.
func (b Bytes) Text(alphabet string, n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = alphabet[int(b[i])%len(alphabet)]
	}
	return string(out)
}

// Number returns a number from 0 to below n.
func (b Bytes) Number(n uint64) uint64 { return binary.BigEndian.Uint64(b[56:]) % n }

// Dice returns a number from 0 to below 1 for the try-th throw of what key names. It
// does not depend on what else happens in the world.
func (w *World) Dice(key string, try uint64) float64 {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], try)
	b := w.Derive("dice", key, string(n[:]))
	return float64(binary.BigEndian.Uint64(b[:8])>>11) / (1 << 53)
}

// Key is a private key whose signatures need no random source: the same key and text
// give the same signature (RFC 6979).
type Key struct{ *ecdsa.PrivateKey }

// Sign signs a digest; the random source that a caller brings is left aside.
func (k Key) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return k.PrivateKey.Sign(nil, digest, opts)
}

// Key returns the private key of a name on a curve. It is a function of the seed alone,
// so that all worlds of a seed share it.
func (w *World) Key(name string, curve elliptic.Curve) Key {
	size := (curve.Params().BitSize + 7) / 8
	order := new(big.Int).Sub(curve.Params().N, big.NewInt(1))
	material := make([]byte, 0, 2*sha512.Size)
	for block := range byte(2) { // twice the size of the order: the remainder is unbiased
		seed := binary.BigEndian.AppendUint64([]byte{block}, w.seed)
		sum := sha512.Sum512(append(seed, name...))
		material = append(material, sum[:]...)
	}
	d := new(big.Int).SetBytes(material)
	d.Mod(d, order).Add(d, big.NewInt(1))
	key, err := ecdsa.ParseRawPrivateKey(curve, d.FillBytes(make([]byte, size)))
	if err != nil {
		panic("world: key " + name + ": " + err.Error()) // 0 < d < N always parses
	}
	return Key{key}
}
