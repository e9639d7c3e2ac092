import com.google.gson.Gson;
import com.plaid.client.ApiClient;
import com.plaid.client.model.AccountBase;
import com.plaid.client.model.AccountSubtype;
import com.plaid.client.model.AccountsBalanceGetRequest;
import com.plaid.client.model.AccountsGetRequest;
import com.plaid.client.model.CountryCode;
import com.plaid.client.model.ItemPublicTokenExchangeRequest;
import com.plaid.client.model.ItemPublicTokenExchangeResponse;
import com.plaid.client.model.LinkTokenCreateRequest;
import com.plaid.client.model.LinkTokenCreateRequestUser;
import com.plaid.client.model.PlaidError;
import com.plaid.client.model.ProcessorApexProcessorTokenCreateRequest;
import com.plaid.client.model.ProcessorTokenCreateResponse;
import com.plaid.client.model.Products;
import com.plaid.client.model.SandboxPublicTokenCreateRequest;
import com.plaid.client.request.PlaidApi;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import retrofit2.Call;
import retrofit2.Response;

/**
 * plaid-java 39, the client generated from Plaid's OpenAPI document: Plaid's guide for Apex, an error, and a processor
 * token without an account. One line of JSON tells what each gave.
 */
public class Walk {
  private static final Gson GSON = new Gson();

  public static void main(String[] args) throws IOException {
    ApiClient apiClient =
        new ApiClient(
            Map.of(
                "clientId", System.getenv("PLAID_CLIENT_ID"),
                "secret", System.getenv("PLAID_SECRET"),
                "plaidVersion", "2020-09-14"));
    String address = System.getenv("PLAID_BASE_URL");
    apiClient.setPlaidAdapter(address != null ? address : ApiClient.Sandbox);
    PlaidApi client = apiClient.createService(PlaidApi.class);

    String accessToken = guide(client);
    refused("error", client.accountsBalanceGet(new AccountsBalanceGetRequest().accessToken(accessToken)));
    refused(
        "no account_id",
        client.processorApexProcessorTokenCreate(
            new ProcessorApexProcessorTokenCreateRequest().accessToken(accessToken)));
  }

  private static String guide(PlaidApi client) throws IOException {
    String linkToken =
        good(client.linkTokenCreate(
                new LinkTokenCreateRequest()
                    .user(new LinkTokenCreateRequestUser().clientUserId("user-1"))
                    .clientName("Funding app")
                    .products(List.of(Products.AUTH))
                    .countryCodes(List.of(CountryCode.US))
                    .language("en")))
            .getLinkToken();
    String publicToken =
        good(client.sandboxPublicTokenCreate(
                new SandboxPublicTokenCreateRequest()
                    .institutionId("ins_109508")
                    .initialProducts(List.of(Products.AUTH))))
            .getPublicToken();
    ItemPublicTokenExchangeResponse exchanged =
        good(client.itemPublicTokenExchange(new ItemPublicTokenExchangeRequest().publicToken(publicToken)));
    String accessToken = exchanged.getAccessToken();
    List<AccountBase> accounts =
        good(client.accountsGet(new AccountsGetRequest().accessToken(accessToken))).getAccounts();
    AccountBase checking =
        accounts.stream().filter(a -> a.getSubtype() == AccountSubtype.CHECKING).findFirst().orElseThrow();
    ProcessorTokenCreateResponse apex =
        good(client.processorApexProcessorTokenCreate(
            new ProcessorApexProcessorTokenCreateRequest()
                .accessToken(accessToken)
                .accountId(checking.getAccountId())));

    Map<String, Object> seen = new LinkedHashMap<>();
    seen.put("path", "guide");
    seen.put("link_token", linkToken);
    seen.put("item_id", exchanged.getItemId());
    seen.put("access_token", accessToken);
    seen.put("accounts", accounts.size());
    seen.put("mask", checking.getMask());
    seen.put("processor_token", apex.getProcessorToken());
    seen.put("request_id", apex.getRequestId());
    System.out.println(GSON.toJson(seen));
    return accessToken;
  }

  private static <T> T good(Call<T> call) throws IOException {
    Response<T> response = call.execute();
    if (!response.isSuccessful()) {
      throw new IOException(response.code() + " " + response.errorBody().string());
    }
    return response.body();
  }

  private static void refused(String path, Call<?> call) throws IOException {
    Response<?> response = call.execute();
    if (response.isSuccessful()) {
      throw new IOException(path + ": the call was not refused");
    }
    PlaidError error = GSON.fromJson(response.errorBody().string(), PlaidError.class);
    Map<String, Object> seen = new LinkedHashMap<>();
    seen.put("path", path);
    seen.put("through", error.getClass().getSimpleName());
    seen.put("status", response.code());
    seen.put("error_type", error.getErrorType().getValue());
    seen.put("error_code", error.getErrorCode());
    seen.put("error_message", error.getErrorMessage());
    seen.put("request_id", error.getRequestId());
    System.out.println(GSON.toJson(seen));
  }
}
