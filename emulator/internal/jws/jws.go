// Package jws signs tokens and webhooks as the vendors do, with keys made from a seed,
// so that the same seed gives the same signature.
package jws

import (
	"fmt"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/cryptosigner"

	"tweed/emulator/internal/world"
)

// Sign returns a compact JWS over payload: ES256 for a key on P-256, ES512 on P-521.
// header holds what stands in the protected header beside "alg". Members are written in
// alphabetical order. The key needs no random source, unlike go-jose's own ECDSA signer.
func Sign(key world.Key, header map[string]string, payload []byte) (string, error) {
	options := &jose.SignerOptions{ExtraHeaders: map[jose.HeaderKey]any{}}
	for name, value := range header {
		options.ExtraHeaders[jose.HeaderKey(name)] = value
	}
	opaque := cryptosigner.Opaque(key)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: opaque.Algs()[0], Key: opaque}, options)
	if err != nil {
		return "", fmt.Errorf("jws: %w", err)
	}
	object, err := signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("jws: %w", err)
	}
	return object.CompactSerialize()
}
