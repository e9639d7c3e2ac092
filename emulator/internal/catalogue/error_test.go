package catalogue_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/catalogue"
)

func TestError(t *testing.T) {
	t.Parallel()
	token := catalogue.Must(catalogue.Plaid, "INVALID_ACCESS_TOKEN")
	field := catalogue.Must(catalogue.Plaid, "INVALID_REQUEST/INVALID_FIELD")
	missing := catalogue.Must(catalogue.Plaid, "MISSING_FIELDS")
	for _, test := range []struct {
		name   string
		err    *catalogue.Error
		status int
		want   string
	}{
		{"row", token.New(), 400, "could not find matching access token"},
		{"parameter", missing.New("fields", "a, {fields}"), 400, "the following required fields are missing: a, {fields}"},
		{"example", missing.New(), 400, "the following required fields are missing: client_id, secret"},
		{
			"variant", token.Variant("wrong_type", "got", "link"), 400,
			`provided token is the wrong type. expected "access", got "link"`,
		},
		{
			"pairs of another variant", token.Variant("malformed", "expected", "access", "got", ""), 400,
			"provided access token is in an invalid format. expected format: access-<environment>-<identifier>",
		},
		{
			"own field", field.Variant("account_id", "field", "options.account_id"), 400,
			"options.account_id must be a valid account ID",
		},
		{"text", field.Text("x is wrong"), 400, "x is wrong"},
		{
			"status of the variant", catalogue.Must(catalogue.Plaid, "NOT_FOUND").Variant("wrong_method"), 400,
			"invalid route: /transactions/get",
		},
		{"status of the row", catalogue.Must(catalogue.Plaid, "NOT_FOUND").New(), 404, "not found"},
	} {
		require.Equal(t, test.want, test.err.Message, test.name)
		require.Equal(t, test.status, test.err.Status, test.name)
		require.Equal(t, test.err.Row.Key()+": "+test.want, test.err.Error(), test.name)
	}
}

func TestErrorColumns(t *testing.T) {
	t.Parallel()
	locked := catalogue.Must(catalogue.Plaid, "ITEM_LOCKED").New()
	require.Contains(t, *locked.Display, "has been locked by the financial institution")
	require.Equal(t, "https://plaid.com/docs/errors/item/#item_locked", locked.DocURL())
	field := catalogue.Must(catalogue.Plaid, "INVALID_FIELD")
	require.Equal(t, "https://plaid.com/docs/?ref=error#invalid-request-errors", field.New().DocURL())
	require.Equal(t, "https://plaid.com/docs/#create-link-token", field.Variant("client_name").DocURL())
	require.Nil(t, field.New().Display)
	empty := catalogue.Must(catalogue.Plaid, "TOO_MANY_VERIFICATION_ATTEMPTS").New()
	require.Empty(t, empty.Message)
	require.Equal(t, "INVALID_INPUT/TOO_MANY_VERIFICATION_ATTEMPTS", empty.Error())

	err := fmt.Errorf("call: %w", locked)
	var e *catalogue.Error
	require.ErrorAs(t, err, &e)
	require.ErrorIs(t, err, locked)
}

func TestProgramErrorsPanic(t *testing.T) {
	t.Parallel()
	row := catalogue.Must(catalogue.Plaid, "MISSING_FIELDS")
	require.PanicsWithValue(t, `catalogue: plaid has 0 rows named "MISSING_FIELD", want one`, func() {
		catalogue.Must(catalogue.Plaid, "MISSING_FIELD")
	})
	require.PanicsWithValue(t, `catalogue: plaid has 2 rows named "NO_ACCOUNTS", want one`, func() {
		catalogue.Must(catalogue.Plaid, "NO_ACCOUNTS")
	})
	require.Panics(t, func() { _ = row.Variant("nothing") })
	half := []string{"fields"}
	require.Panics(t, func() { _ = row.New(half...) })
	require.PanicsWithValue(t, "catalogue: no message of INVALID_REQUEST/MISSING_FIELDS has a {field}", func() {
		_ = row.New("field", "x")
	})
}

func BenchmarkNew(b *testing.B) {
	row := catalogue.Must(catalogue.Plaid, "MISSING_FIELDS")
	for b.Loop() {
		_ = row.New("fields", "client_id")
	}
}

func BenchmarkRateLimit(b *testing.B) {
	for b.Loop() {
		catalogue.RateLimit("/link/token/create")
	}
}
