package plaid

import "slices"

// changes are the differences between the versions, the newest first. What they are made
// of is recorded (plaid-ruby's VCR cassettes of 2017 to 2021) unless a line says otherwise.
// Members that came after 2020-09-14 without a version of their own are left out of older
// answers: a client of that time meets what it was written for (assumed).
var changes = []versionChange{
	{since: version, upgrade: func(fields map[string]any) { delete(fields, "public_key") }},
	{since: version, calls: institutionCalls, upgrade: institutionRequest, downgrade: addLogins},
	{since: version, calls: []string{"/item/remove"}, downgrade: func(answer map[string]any) { answer["removed"] = true }},
	{since: version, downgrade: dropNewer},
	{since: version, failure: dropDocumentation},

	{since: version2019, downgrade: within("item", drop("consent_expiration_time"))},
	{since: version2019, calls: []string{"/item/get"}, downgrade: drop("status")},
	{since: version2019, calls: loginCalls, downgrade: drop("flexible_input_specs")},
	{since: version2019, calls: institutionCalls, downgrade: eachInstitution(
		drop("country_codes", "input_spec", "oauth", "routing_numbers"))},
	{since: version2019, calls: []string{"/identity/get"}, downgrade: gatherOwners},
	{since: version2019, failure: drop("suggested_action")},

	{since: versionRC, calls: []string{"/auth/get"}, downgrade: within("numbers", drop("bacs", "international"))},
	{since: versionRC, calls: []string{"/identity/get"}, downgrade: within("identity",
		within("addresses", within("data", renameAddress)))},
	{since: versionRC, calls: []string{"/transactions/get"}, downgrade: within("transactions",
		within("location", renameAddress))},
	{since: versionRC, downgrade: within("accounts", renameBrokerage)},

	{since: version2018, calls: []string{"/auth/get"}, downgrade: flattenNumbers},
	{since: version2018, calls: institutionCalls, downgrade: eachInstitution(drop("mfa_code_type"))},
	{since: version2018, downgrade: func(answer map[string]any) { dropCurrencies(answer) }},
}

var (
	institutionCalls = []string{"/institutions/get", "/institutions/get_by_id", "/institutions/search"}
	loginCalls       = []string{"/item/create", "/item/credentials/update", "/item/mfa"}
)

// drop takes members out of an object.
func drop(names ...string) func(map[string]any) {
	return func(object map[string]any) {
		for _, name := range names {
			delete(object, name)
		}
	}
}

// within does something with the objects of a name.
func within(name string, do func(map[string]any)) func(map[string]any) {
	return func(parent map[string]any) {
		for _, object := range objects(parent, name) {
			do(object)
		}
	}
}

// eachInstitution does something with the institutions of an answer.
func eachInstitution(do func(map[string]any)) func(map[string]any) {
	one, many := within("institution", do), within("institutions", do)
	return func(answer map[string]any) {
		one(answer)
		many(answer)
	}
}

// institutionRequest asks for all countries where an older client names none, and for
// the metadata under their newer name. That the old name went with this version is
// assumed.
func institutionRequest(fields map[string]any) {
	if fields["country_codes"] == nil {
		fields["country_codes"] = everyCountry()
	}
	options, ok := fields["options"].(map[string]any)
	if !ok {
		return
	}
	if wanted, old := options["include_institution_data"]; old {
		delete(options, "include_institution_data")
		options["include_optional_metadata"] = wanted
	}
}

// addLogins gives institutions what a login form was made from. It is that of First
// Platypus Bank, 2018 and 2019, for all of them (assumed).
func addLogins(answer map[string]any) {
	eachInstitution(func(bank map[string]any) {
		bank["credentials"] = []any{
			map[string]any{"label": "Username", "name": "username", "type": "text"},
			map[string]any{"label": "Password", "name": "password", "type": "password"},
		}
		bank["has_mfa"] = true
		bank["input_spec"] = "fixed"
		bank["mfa"] = []any{"code", "list", "questions", "selections"}
		bank["mfa_code_type"] = "numeric"
	})(answer)
}

// dropNewer takes out what Items, accounts, numbers and transactions have since 2020-09-14
// or later.
func dropNewer(answer map[string]any) {
	within("item", drop("auth_method", "consented_data_scopes", "consented_products", "consented_use_cases",
		"created_at", "institution_name", "products", "update_type"))(answer)
	for _, name := range []string{"account", "accounts"} {
		within(name, drop("holder_category", "persistent_account_id", "verification_status"))(answer)
	}
	within("numbers", within("ach", drop("is_tokenized_account_number")))(answer)
	within("transactions", drop("authorized_date", "authorized_datetime", "check_number", "counterparties",
		"datetime", "logo_url", "merchant_entity_id", "merchant_name", "original_description", "payment_channel",
		"personal_finance_category", "personal_finance_category_icon_url", "transaction_code", "website"))(answer)
}

// oldAccountID is the text for a malformed account_id of 2018 to 2020, and newAccountID that
// of 2021.
const (
	oldAccountID = "account_id must be a properly formatted, non-empty string"
	newAccountID = "account_id must be a valid account ID"
)

func dropDocumentation(body map[string]any) {
	delete(body, "documentation_url")
	if body["error_message"] == newAccountID {
		body["error_message"] = oldAccountID
	}
}

// gatherOwners moves the owners of the accounts into one object that names, at each
// address, the accounts that it is of.
func gatherOwners(answer map[string]any) {
	var addresses, emails, names, phones []any
	at := map[string]map[string]any{} // by the JSON of an address
	for _, account := range objects(answer, "accounts") {
		label := textOf(account, "name") + " " + textOf(account, "mask")
		for _, owner := range objects(account, "owners") {
			names = union(names, owner["names"])
			emails = union(emails, owner["emails"])
			phones = union(phones, owner["phone_numbers"])
			for _, address := range objects(owner, "addresses") {
				key := keyOf(address)
				if at[key] == nil {
					address["accounts"] = []any{}
					at[key] = address
					addresses = append(addresses, address)
				}
				at[key]["accounts"] = union(at[key]["accounts"].([]any), []any{label})
			}
		}
		delete(account, "owners")
	}
	answer["identity"] = map[string]any{
		"addresses": orNone(addresses), "emails": orNone(emails), "names": orNone(names), "phone_numbers": orNone(phones),
	}
}

// union adds the members of a list that are not there yet.
func union(list []any, more any) []any {
	members, _ := more.([]any)
	for _, member := range members {
		key := keyOf(member)
		if !slices.ContainsFunc(list, func(have any) bool { return keyOf(have) == key }) {
			list = append(list, member)
		}
	}
	return list
}

func orNone(list []any) []any {
	if list == nil {
		return []any{}
	}
	return list
}

func textOf(object map[string]any, name string) string {
	text, _ := object[name].(string)
	return text
}

// renameAddress gives an address the names of its members before 2019.
func renameAddress(address map[string]any) {
	address["state"], address["zip"] = address["region"], address["postal_code"]
	drop("country", "postal_code", "region")(address)
}

func renameBrokerage(account map[string]any) {
	if account["type"] == "investment" {
		account["type"] = "brokerage"
	}
}

// flattenNumbers leaves the list of ACH numbers (its form is that of the SDKs of 2017).
func flattenNumbers(answer map[string]any) {
	if numbers, ok := answer["numbers"].(map[string]any); ok {
		answer["numbers"] = numbers["ach"]
	}
}

// dropCurrencies takes the currencies out at every depth: 2017 knew the dollar only.
func dropCurrencies(value any) {
	switch value := value.(type) {
	case map[string]any:
		drop("iso_currency_code", "unofficial_currency_code")(value)
		for _, inside := range value {
			dropCurrencies(inside)
		}
	case []any:
		for _, member := range value {
			dropCurrencies(member)
		}
	}
}
