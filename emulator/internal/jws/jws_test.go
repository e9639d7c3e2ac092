package jws

import (
	"crypto/elliptic"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/world"
)

// start is where the worlds' clocks stand. No signature depends on it.
var start = time.Date(2026, 1, 5, 14, 30, 0, 0, time.UTC)

func key(t *testing.T, seed uint64, name string, curve elliptic.Curve) world.Key {
	t.Helper()
	w, err := world.New("w", world.Config{Seed: seed, Clock: world.Clock{Start: start}}, func() time.Time { return start })
	require.NoError(t, err)
	return w.Key(name, curve)
}

// The two curves that vendors sign with: Plaid's webhooks, Sentinel's sessions.
var curves = map[jose.SignatureAlgorithm]elliptic.Curve{jose.ES256: elliptic.P256(), jose.ES512: elliptic.P521()}

func TestSign(t *testing.T) {
	t.Parallel()
	for algorithm, curve := range curves {
		t.Run(string(algorithm), func(t *testing.T) {
			t.Parallel()
			payload := []byte(`{"iat":1,"request_body_sha256":"00"}`)
			k := key(t, 1, "hook", curve)
			text, err := Sign(k, map[string]string{"typ": "JWT", "kid": "key-1"}, payload)
			require.NoError(t, err)

			parts := strings.Split(text, ".")
			require.Len(t, parts, 3)
			header, err := base64.RawURLEncoding.DecodeString(parts[0])
			require.NoError(t, err)
			want := []string{`{"alg":"` + string(algorithm) + `"`, `"kid":"key-1"`, `"typ":"JWT"}`}
			require.Equal(t, want, strings.Split(string(header), ","), "in alphabetical order")
			signature, err := base64.RawURLEncoding.DecodeString(parts[2])
			require.NoError(t, err)
			require.Len(t, signature, 2*((curve.Params().BitSize+7)/8), "r and s, each of the curve's size")

			parsed, err := jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{algorithm})
			require.NoError(t, err)
			require.Equal(t, "key-1", parsed.Signatures[0].Header.KeyID)
			got, err := parsed.Verify(&k.PublicKey)
			require.NoError(t, err)
			require.Equal(t, payload, got)

			other := key(t, 2, "hook", curve)
			_, err = parsed.Verify(&other.PublicKey)
			require.Error(t, err)
			_, err = parsed.Verify(&key(t, 1, "another name", curve).PublicKey)
			require.Error(t, err)
		})
	}
}

// The same seed gives the same signature, in every world and every time.
func TestSignDeterministic(t *testing.T) {
	t.Parallel()
	for algorithm, curve := range curves {
		t.Run(string(algorithm), func(t *testing.T) {
			t.Parallel()
			sign := func(seed uint64, payload string) string {
				text, err := Sign(key(t, seed, "hook", curve), map[string]string{"kid": "k", "typ": "JWT", "x": "y"}, []byte(payload))
				require.NoError(t, err)
				return text
			}
			first := sign(7, "payload")
			for range 5 {
				require.Equal(t, first, sign(7, "payload"))
			}
			require.NotEqual(t, first, sign(8, "payload"))
			require.NotEqual(t, first, sign(7, "Payload"))
		})
	}
}

// Signatures of many payloads are all of one length, also where r or s begins with zeros.
func TestSignatureLength(t *testing.T) {
	t.Parallel()
	k := key(t, 1, "hook", elliptic.P256())
	for n := range 600 { // one in 128 has a leading zero byte
		text, err := Sign(k, nil, []byte(strings.Repeat("x", n)))
		require.NoError(t, err)
		require.Len(t, text[strings.LastIndexByte(text, '.')+1:], 86)
	}
}

func TestSignRefusesHeader(t *testing.T) {
	t.Parallel()
	_, err := Sign(key(t, 1, "hook", elliptic.P256()), map[string]string{"b64": "not a boolean"}, []byte("x"))
	require.ErrorContains(t, err, "jws: ")
}
