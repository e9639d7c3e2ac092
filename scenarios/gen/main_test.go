package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/scenario"
)

// TestReadmeIsFresh: the list is what the files say now.
func TestReadmeIsFresh(t *testing.T) {
	t.Parallel()
	text, err := readme()
	require.NoError(t, err)
	written, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	require.Equal(t, text, string(written), "make generate writes it anew")
}

// TestShows: what a reader looks for in the list, each word once.
func TestShows(t *testing.T) {
	t.Parallel()
	s, err := scenario.Load("test.yaml", []byte(`
rules:
  - {ach: deposit, times: 1, then: {return: R01}}
  - {ach: deposit, times: 1, then: [{noc: C01}, {reject: NSF}, {return: R01}]}
steps:
  - {call: /item/get, expect: {error: ITEM_LOCKED}}
  - {call: /auth/get, expect: {error: ITEM_LOCKED}}
expect:
  flow: {ends: returned, reason: R01}
  calls: [{call: /item/get, error: NO_ACCOUNTS}]
`))
	require.NoError(t, err)
	require.Equal(t, []string{"`ITEM_LOCKED`", "`R01`", "`C01`", "`NSF`", "`returned R01`", "`NO_ACCOUNTS`"}, shows(s))
	require.Equal(t, `a \| b c`, cell("a | b\nc"))
}
