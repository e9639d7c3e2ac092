package emulator_test

import (
	"encoding/json"
	"net/http"

	"github.com/stretchr/testify/require"

	"tweed/emulator"
)

// certificationCalls are those that a broker makes beside the money path: micro-deposits, return, notice of change,
// lists, and the paths of the later generation.
func (g *golden) certificationCalls(w emulator.World, processor string) {
	g.t.Helper()
	g.logIn()
	for _, version := range []string{"v1", "v2"} {
		g.microCalls(version, "/sentinel/api/"+version+"/ach_relationships")
	}
	g.sentinel2Calls(processor)
	g.returnCalls(w)
}

// logIn gets a new JWT.
func (g *golden) logIn() {
	g.t.Helper()
	jws := loginJWS(g.inWorld("apexuser"), "correspondent.TWEED", "shared")
	g.jwt = g.send(http.MethodGet, "/legit/api/v1/cc/token?jws="+jws, "").Body
}

// microCalls makes a relationship by micro-deposits of which a pair was told wrongly three times.
func (g *golden) microCalls(version, base string) {
	g.t.Helper()
	made := g.send(http.MethodPost, base, fields{
		"account": "3TW05057", "bankRoutingNumber": "121000358", "bankAccount": "123456789", "bankAccountOwnerName": "Owner",
		"bankAccountType": "CHECKING", "nickname": "", "approvalMethod": "MICRO_DEPOSIT",
	}.json()).text("id")
	at := func(name, call, body string) {
		g.t.Helper()
		g.call("sentinel-"+version+"-relationship-"+name, http.MethodPost, base+"/{relationshipId}/"+call, base+"/"+made+"/"+call, body)
	}
	wrong := fields{"method": "MICRO_DEPOSIT", "amount1": 0.01, "amount2": 0.01}.json()
	for range 3 {
		require.Equal(g.t, http.StatusBadRequest, g.send(http.MethodPost, base+"/"+made+"/approve", wrong).Status)
	}
	at("reissue", "reissue", "")
	const simulation = "/sentinel/api/v1/test/simulation/micro_deposits/"
	var pair []json.Number
	read := g.send(http.MethodGet, simulation+made, "").Body
	if version == "v1" {
		read = g.call("sentinel-simulate-micro-deposits", http.MethodGet, simulation+"{relationshipId}", simulation+made, "").Body
	}
	require.NoError(g.t, json.Unmarshal([]byte(read), &pair))
	at("approve", "approve", fields{"method": "MICRO_DEPOSIT", "amount1": pair[0], "amount2": pair[1]}.json())
	if version == "v2" {
		g.call("sentinel-v2-relationship-rename", http.MethodPut, base+"/{relationshipId}", base+"/"+made,
			fields{"nickname": "another name"}.json())
	}
}

// sentinel2Calls are those of the later generation.
func (g *golden) sentinel2Calls(processor string) {
	g.t.Helper()
	const base, transfers = "/sentinel2-counterparty/api/v1/ach_relationships", "/sentinel2/api/v1/transfers/achs/"
	made := g.call("sentinel2-relationship-create", http.MethodPost, base, base, fields{
		"account": "3TW05058", "nickname": "golden", "approvalMethod": "PLAID_TOKEN", "plaidProcessorToken": processor,
	}.json()).text("id")
	g.call("sentinel2-relationship-get", http.MethodGet, base+"/{relationshipId}", base+"/"+made, "")
	g.call("sentinel2-relationship-list", http.MethodGet, base, base+"?account=3TW05058&status=APPROVED", "")
	g.call("sentinel2-deposit-create", http.MethodPost, transfers+"deposits", transfers+"deposits", fields{
		"externalTransferId": "golden-3", "amount": 10, "achRelationshipId": made,
	}.json())
	g.call("sentinel2-withdrawal-create", http.MethodPost, transfers+"withdrawals", transfers+"withdrawals", fields{
		"externalTransferId": "golden-4", "amount": 5, "achRelationshipId": made, "disbursementType": "PARTIAL_BALANCE",
	}.json())
	g.call("sentinel2-relationship-cancel", http.MethodPost, base+"/{relationshipId}/cancel", base+"/"+made+"/cancel",
		fields{"comment": "closed"}.json())
}

// updatePlaidCall gives a relationship that waits for its micro-deposits a processor token.
func (g *golden) updatePlaidCall(processor string) {
	g.t.Helper()
	const base = "/sentinel2-counterparty/api/v1/ach_relationships"
	made := g.send(http.MethodPost, base, fields{
		"account": "3TW05058", "bankRoutingNumber": "121000358", "bankAccount": "123456789", "bankAccountOwnerName": "Owner",
		"bankAccountType": "SAVINGS", "nickname": "", "approvalMethod": "MICRO_DEPOSIT",
	}.json()).text("id")
	g.call("sentinel2-relationship-update-plaid", http.MethodPut, base+"/{relationshipId}/update_plaid",
		base+"/"+made+"/update_plaid", fields{"plaidProcessorToken": processor}.json())
}

// returnCalls are made when a deposit is complete, two banking days later.
func (g *golden) returnCalls(w emulator.World) {
	g.t.Helper()
	const transfers, simulation = "/sentinel/api/v1/transfers", "/sentinel/api/v1/test/simulation/achs/"
	const list, available = transfers + "?account=3TW05057&start_date=2026-01-05&direction=INCOMING", "/sentinel/api/v1/amount_available/"
	relationship := g.send(http.MethodPost, "/sentinel/api/v1/ach_relationships", fields{
		"account": "3TW05057", "bankRoutingNumber": "121000358", "bankAccount": "123456789", "bankAccountOwnerName": "Owner",
		"bankAccountType": "CHECKING", "nickname": "", "approvalMethod": "PLAID",
	}.json()).text("id")
	id := g.send(http.MethodPost, transfers+"/achs/incoming", fields{
		"externalTransferId": "golden-5", "amount": "1500.25", "achRelationshipId": relationship,
	}.json()).text("transferId")
	g.send(http.MethodPost, simulation+id+"/approve", "")
	w.AdvanceBankingDays(2)
	g.logIn()
	g.call("sentinel-amount-available", http.MethodGet, available+"{account}", available+"3TW05057", "")
	g.call("sentinel-simulate-noc", http.MethodPost, simulation+"{transferId}/noc", simulation+id+"/noc",
		fields{"newAccountNumber": "", "newRoutingNumber": "", "newBankAccountType": "SAVINGS"}.json())
	g.call("sentinel-simulate-return", http.MethodPost, simulation+"{transferId}/return", simulation+id+"/return",
		fields{"cancelRelationship": true}.json())
	g.call("sentinel-transfer-summary", http.MethodGet, transfers+"/{transferId}", transfers+"/"+id, "")
	g.call("sentinel-transfer-list", http.MethodGet, transfers, list, "")
}
