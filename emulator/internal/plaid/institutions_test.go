package plaid

import (
	"encoding/base64"
	"encoding/json"
	"image/png"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tweed/emulator/internal/dataset"
)

// all is a request that lists what there is in the US.
func all(more object) object {
	return with(object{"count": 500, "offset": 0, "country_codes": []string{"US"}}, more)
}

// names are the names, or another member, of a reply's institutions.
func (r reply) names(member string) []string {
	list, _ := r.at("institutions").([]any)
	out := []string{}
	for n := range list {
		out = append(out, r.text("institutions", n, member))
	}
	return out
}

func TestInstitutionsGet(t *testing.T) {
	t.Parallel()
	s := serve(t)
	r := s.good("/institutions/get", all(nil))
	names := r.names("name")
	require.Equal(t, json.Number("35"), r.at("total"))
	require.Len(t, names, 35)
	require.True(t, slices.IsSortedFunc(names, func(a, b string) int {
		return strings.Compare(strings.ToLower(a), strings.ToLower(b))
	}), "by name, as recorded: %q", names)
	require.Equal(t, "Amegy Bank of Texas - Personal Banking", names[1], "as recorded in 2019, after one more")
	require.Len(t, r.at("institutions", 0), 6, "the optional members are left out")

	var pages []string
	for offset := 0; offset < 35; offset += 7 {
		r := s.good("/institutions/get", all(object{"count": 7, "offset": offset}))
		require.Equal(t, json.Number("35"), r.at("total"))
		pages = append(pages, r.names("name")...)
	}
	require.Equal(t, names, pages)
	require.Empty(t, s.good("/institutions/get", all(object{"offset": 35})).at("institutions"))
}

func TestInstitutionsFilter(t *testing.T) {
	t.Parallel()
	s := serve(t)
	chase, _ := dataset.FindInstitution("ins_3")
	for name, test := range map[string]struct {
		ask  object
		want []string
	}{
		"country": {object{"country_codes": []string{"CA"}}, []string{"ins_43"}},
		"countries": {object{"country_codes": []string{"CA", "GB"}}, []string{
			"ins_118511", "ins_116834", "ins_117181", "ins_55", "ins_61", "ins_117243", "ins_60", "ins_63", "ins_117650",
			"ins_117520", "ins_43",
		}},
		"unknown there": {object{"country_codes": []string{"XX"}}, []string{}},
		"all products":  {object{"options": object{"products": []string{"investments_auth", "identity"}}}, nil},
		"no product":    {object{"options": object{"products": []string{"layer"}}}, []string{}},
		"oauth":         {object{"options": object{"oauth": true}}, []string{"ins_132241", "ins_127287"}},
		"routing numbers": {
			object{"options": object{"routing_numbers": []string{"021200339", "052001633"}}}, []string{"ins_1"},
		},
		"routing number": {object{"options": object{"routing_numbers": chase.RoutingNumbers}}, []string{"ins_3"}},
		"bad numbers are left aside": {
			object{"options": object{"routing_numbers": append([]string{"1", "123456789"}, chase.RoutingNumbers...)}},
			[]string{"ins_3"},
		},
		"options of nulls": {
			object{"country_codes": []string{"CA"}, "options": object{"products": nil, "routing_numbers": nil, "oauth": nil}},
			[]string{"ins_43"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := s.at(t).good("/institutions/get", all(test.ask)).names("institution_id")
			if test.want == nil {
				require.Contains(t, got, "ins_109508")
				require.Contains(t, got, "ins_12")
				require.NotContains(t, got, "ins_3")
				return
			}
			require.Equal(t, test.want, got)
		})
	}
}

func TestInstitutionsRefused(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for name, test := range map[string]struct {
		path string
		ask  object
		want wrong
	}{
		"count of 0":      {"/institutions/get", all(object{"count": 0}), invalidField("count must be an integer between 1 and 500")},
		"count of 501":    {"/institutions/get", all(object{"count": 501}), invalidField("count must be an integer between 1 and 500")},
		"count of 1e30":   {"/institutions/get", all(object{"count": json.Number("1e30")}), invalidField("count must be an integer between 1 and 500")},
		"count of text":   {"/institutions/get", all(object{"count": "x"}), invalidField("count must be an integer")},
		"offset below 0":  {"/institutions/get", all(object{"offset": -1}), invalidField("offset must be a non-negative integer")},
		"no country":      {"/institutions/get", all(object{"country_codes": []string{}}), invalidField("country_codes must be a non-empty array of country codes")},
		"missing country": {"/institutions/get", all(object{"country_codes": absent{}}), missingFields("country_codes")},
		"no good number": {
			"/institutions/get", all(object{"options": object{"routing_numbers": []string{"1"}}}),
			invalidField("options.routing_numbers must contain a valid routing number"),
		},
		"unknown": {
			"/institutions/get_by_id", object{"institution_id": "ABCDEFG1234567", "country_codes": []string{"US"}}, invalidInstitution,
		},
		"elsewhere": {
			"/institutions/get_by_id", object{"institution_id": "ins_43", "country_codes": []string{"US"}}, invalidInstitution,
		},
		"no query": {
			"/institutions/search", object{"query": "", "country_codes": []string{"US"}}, invalidField("query must be a non-empty string"),
		},
		"unknown product": {
			"/institutions/search",
			object{"query": "bank", "products": []string{"ABCDEFG1234567"}, "country_codes": []string{"US"}},
			wrong{key: "INVALID_INPUT/INVALID_PRODUCT", message: `invalid product in products: "ABCDEFG1234567"`},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.at(t).refused(test.path, test.ask, test.want)
		})
	}
}

func TestInstitutionsSearch(t *testing.T) {
	t.Parallel()
	s := serve(t)
	for query, want := range map[string][]string{
		"First Platypus Bank": {"ins_109508"},
		"  first PLAT bank ":  {"ins_130016", "ins_109508", "ins_132241"},
		"bank of":             {"ins_1", "ins_113968"},
		"ins_3":               {"ins_3"},
		"zebra":               {},
		"   ":                 {},
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			r := s.at(t).good("/institutions/search", object{"query": query, "products": nil, "country_codes": []string{"US"}})
			got := r.names("institution_id")
			if query == "First Platypus Bank" {
				got = got[:1]
			}
			require.Equal(t, want, got)
		})
	}
	r := s.good("/institutions/search", object{"query": "b", "country_codes": []string{"US"}})
	require.Len(t, r.at("institutions"), 10, "no more than ten")
	r = s.good("/institutions/search", object{
		"query": "platypus", "country_codes": []string{"US"}, "products": []string{"auth"}, "options": object{"oauth": true},
	})
	require.Equal(t, []string{"ins_127287", "ins_132241"}, r.names("institution_id"), "who begins with the query goes first")
}

func TestInstitutionMetadata(t *testing.T) {
	t.Parallel()
	s := serve(t)
	get := func(id, country string, options object) reply {
		return s.good("/institutions/get_by_id", object{
			"institution_id": id, "country_codes": []string{country}, "options": options,
		})
	}
	plain := get("ins_109508", "US", object{})
	for _, name := range []string{"url", "primary_color", "logo", "status", "auth_metadata", "payment_initiation_metadata"} {
		require.NotContains(t, plain.at("institution"), name)
	}
	full := get("ins_109508", "US", object{
		"include_optional_metadata": true, "include_auth_metadata": true, "include_payment_initiation_metadata": true,
	})
	require.Equal(t, "https://www.plaid.com/", full.text("institution", "url"))
	require.Equal(t, "#0075a3", full.text("institution", "primary_color"))
	require.Contains(t, full.at("institution"), "logo")
	require.Nil(t, full.at("institution", "logo"))
	require.Contains(t, full.at("institution"), "payment_initiation_metadata")
	require.Nil(t, full.at("institution", "payment_initiation_metadata"))
	require.Equal(t, object{
		"automated_micro_deposits": false, "instant_auth": true, "instant_match": false, "instant_micro_deposits": false,
	}, full.at("institution", "auth_metadata", "supported_methods"))
	houndstooth := get("ins_109512", "US", object{"include_auth_metadata": true})
	require.Equal(t, true, houndstooth.at("institution", "auth_metadata", "supported_methods", "instant_match"))

	logo, err := base64.StdEncoding.DecodeString(get("ins_109511", "US", object{
		"include_optional_metadata": true,
	}).text("institution", "logo"))
	require.NoError(t, err)
	picture, err := png.Decode(strings.NewReader(string(logo)))
	require.NoError(t, err)
	require.Equal(t, 152, picture.Bounds().Dx(), "the logo of Tartan Bank is not null (plaid-java's tests)")
}

func TestInstitutionStatus(t *testing.T) {
	t.Parallel()
	s := serve(t)
	status := func(id string) reply {
		return s.good("/institutions/get_by_id", object{
			"institution_id": id, "country_codes": []string{"US"}, "options": object{"include_status": true},
		})
	}
	for id, want := range map[string]string{"ins_109508": "HEALTHY", "ins_132363": "DEGRADED", "ins_132361": "DOWN"} {
		r := status(id)
		for _, member := range []string{"item_logins", "transactions_updates", "auth", "liabilities"} {
			require.Equal(t, want, r.text("institution", "status", member, "status"), member)
			require.Equal(t, "2026-01-04T00:00:00Z", r.text("institution", "status", member, "last_status_change"))
		}
		require.Equal(t, want == "HEALTHY", r.at("institution", "status", "health_incidents") == nil)
		require.Contains(t, r.at("institution", "status", "transactions_updates", "breakdown"), "refresh_interval")
		require.NotContains(t, r.at("institution", "status", "auth", "breakdown"), "refresh_interval")
	}
	require.Nil(t, status("ins_10").at("institution", "status", "auth"), "what it lacks has no health")
}
