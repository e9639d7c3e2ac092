package scenario

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestExpectCalls(t *testing.T) {
	t.Parallel()
	seen := []Seen{
		{Method: "POST", Path: "/item/get", Status: 200},
		{Method: "POST", Path: "/item/get", Status: 400, Type: "ITEM_ERROR", Code: "ITEM_LOCKED"},
		{Method: "GET", Path: "/sentinel/api/v1/transfers/achs/{transferId}", Status: 200},
		{Method: "POST", Path: "/auth/get", Status: 429, Type: "RATE_LIMIT_EXCEEDED", Code: "AUTH_LIMIT"},
	}
	for expect, want := range map[string][]string{
		`{call: /item/get}`:                                        nil,
		`{call: /item/get, count: 2}`:                              nil,
		`{call: /item/*, count: {min: 1, max: 2}}`:                 nil,
		`{call: /item/get, error: ITEM_ERROR/ITEM_LOCKED}`:         nil,
		`{call: "*", error: RATE_LIMIT_EXCEEDED, count: 1}`:        nil,
		`{call: "/sentinel/api/v1/transfers/achs/{id}", count: 1}`: nil,
		`{call: /item/remove, count: 0}`:                           nil,
		`{call: /item/remove}`: {
			"calls of /item/remove: wanted at least one call, got 0",
		},
		`{call: /item/get, status: 500}`: {
			"calls of /item/get with status 500: wanted at least one call, got 0; 2 more came with another status or error",
		},
		`{call: /item/get, count: {max: 1}}`: {`calls of /item/get: wanted count "at most 1", got 2`},
		`{call: [/item/get, /auth/get], count: [1, 4]}`: {
			"calls of /item/get, /auth/get: wanted count [1,4], got 3",
		},
	} {
		s, err := Load("f", []byte("expect: {calls: ["+expect+"]}"))
		require.NoError(t, err, expect)
		require.Equal(t, want, s.Expect.Check(seen), expect)
	}
}
