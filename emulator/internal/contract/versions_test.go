package contract

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What older versions take, and what newer ones require.
func TestCheckIn(t *testing.T) {
	t.Parallel()
	const old, today = "2019-05-29", "2020-09-14"
	search := `{"query":"x","products":null`
	for _, test := range []struct {
		name, path, version, body string
		want                      Kind
		message                   string
	}{
		{"a public_key of an older version", "/institutions/search", old, search + `,"public_key":"k"}`, 0, ""},
		{
			"a public_key today", "/institutions/search", today, search + `,"country_codes":["US"],"public_key":"k"}`,
			UnknownFields, "the following fields are not recognized by this endpoint: public_key",
		},
		{"no country in an older version", "/institutions/search", "2017-03-08", search + `}`, 0, ""},
		{
			"no country today", "/institutions/search", today, search + `}`,
			MissingFields, "the following required fields are missing: country_codes",
		},
		{
			"a country of the wrong type", "/institutions/search", old, search + `,"country_codes":"US"}`,
			InvalidField, "country_codes must be a list of strings",
		},
		{
			"an option of the older name", "/institutions/get", old,
			`{"count":1,"offset":0,"options":{"include_institution_data":true}}`, 0, "",
		},
		{
			"the same today", "/institutions/get", today,
			`{"count":1,"offset":0,"country_codes":["US"],"options":{"include_institution_data":true}}`,
			UnknownFields, "the following fields are not recognized by this endpoint: options.include_institution_data",
		},
		{
			"what no version has", "/institutions/get", old, `{"count":1,"offset":0,"more":1}`,
			UnknownFields, "the following fields are not recognized by this endpoint: more",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			op := find(t, "POST", test.path)
			v := op.CheckIn(test.version, decode(t, test.body))
			if test.version == today {
				require.Equal(t, v, op.Check(decode(t, test.body)), "today is the newest")
			}
			if test.want == 0 {
				require.Nil(t, v)
				return
			}
			require.NotNil(t, v)
			require.Equal(t, test.want, v.Kind)
			require.Equal(t, test.message, v.Message)
		})
	}
}

func TestFieldIn(t *testing.T) {
	t.Parallel()
	op := find(t, "POST", "/institutions/get_by_id")
	require.True(t, op.FieldIn("2018-05-22", "public_key"))
	require.False(t, op.FieldIn("2020-09-14", "public_key"))
	require.True(t, op.FieldIn("2020-09-14", "institution_id"))
	require.False(t, op.FieldIn("2018-05-22", "more"))
	require.Equal(t, "2020-09-14", find(t, "POST", "/item/create").Dropped)
	require.Empty(t, op.Dropped)
}
