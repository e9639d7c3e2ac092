import com.google.gson.Gson;
import com.plaid.client.PlaidClient;
import com.plaid.client.request.AccountsBalanceGetRequest;
import com.plaid.client.request.AccountsGetRequest;
import com.plaid.client.request.ItemApexProcessorTokenCreateRequest;
import com.plaid.client.request.ItemPublicTokenExchangeRequest;
import com.plaid.client.request.LinkTokenCreateRequest;
import com.plaid.client.request.SandboxPublicTokenCreateRequest;
import com.plaid.client.request.common.Product;
import com.plaid.client.response.Account;
import com.plaid.client.response.ErrorResponse;
import com.plaid.client.response.ItemApexProcessorTokenCreateResponse;
import com.plaid.client.response.ItemPublicTokenExchangeResponse;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import okhttp3.ConnectionSpec;
import retrofit2.Call;
import retrofit2.Response;

/**
 * plaid-java 8, the last client written by hand: the Java sample of Plaid's guide for Apex, an error, and a processor
 * token without an account. One line of JSON tells what each gave.
 */
public class Walk {
  private static PlaidClient plaidClient;

  public static void main(String[] args) throws IOException {
    PlaidClient.Builder builder =
        PlaidClient.newBuilder()
            .clientIdAndSecret(System.getenv("PLAID_CLIENT_ID"), System.getenv("PLAID_SECRET"))
            .sandboxBaseUrl(); // Use the Sandbox. Can also be `developmentBaseUrl()` or `productionBaseUrl()`
    String address = System.getenv("PLAID_BASE_URL");
    if (address != null) {
      builder.baseUrl(address + "/");
      // CLEARTEXT alone makes a client without TLS, which the SDK's own check of TLS 1.2 does not survive.
      builder
          .okHttpClientBuilder()
          .connectionSpecs(Arrays.asList(ConnectionSpec.MODERN_TLS, ConnectionSpec.CLEARTEXT));
    }
    plaidClient = builder.build();

    String accessToken = guide();
    refused("error", plaidClient.service().accountsBalanceGet(new AccountsBalanceGetRequest(accessToken)));
    refused(
        "no account_id",
        plaidClient
            .service()
            .itemApexProcessorTokenCreate(new ItemApexProcessorTokenCreateRequest(accessToken, null)));
  }

  private static String guide() throws IOException {
    String linkToken =
        good(plaidClient
                .service()
                .linkTokenCreate(
                    new LinkTokenCreateRequest(
                        new LinkTokenCreateRequest.User("user-1"),
                        "Funding app",
                        Collections.singletonList("auth"),
                        Collections.singletonList("US"),
                        "en")))
            .getLinkToken();
    String publicToken =
        good(plaidClient
                .service()
                .sandboxPublicTokenCreate(
                    new SandboxPublicTokenCreateRequest("ins_109508", Arrays.asList(Product.AUTH))))
            .getPublicToken();

    Response<ItemPublicTokenExchangeResponse> exchangeResponse =
        plaidClient.service().itemPublicTokenExchange(new ItemPublicTokenExchangeRequest(publicToken)).execute();
    if (!exchangeResponse.isSuccessful()) {
      throw new IOException(exchangeResponse.errorBody().string());
    }
    String accessToken = exchangeResponse.body().getAccessToken();
    List<Account> accounts =
        good(plaidClient.service().accountsGet(new AccountsGetRequest(accessToken))).getAccounts();
    Account checking = accounts.stream().filter(a -> a.getSubtype().equals("checking")).findFirst().get();
    Response<ItemApexProcessorTokenCreateResponse> apexResponse =
        plaidClient
            .service()
            .itemApexProcessorTokenCreate(
                new ItemApexProcessorTokenCreateRequest(accessToken, checking.getAccountId()))
            .execute();
    if (!apexResponse.isSuccessful()) {
      throw new IOException(apexResponse.errorBody().string());
    }
    String apexProcessorToken = apexResponse.body().getProcessorToken();

    Map<String, Object> seen = new LinkedHashMap<>();
    seen.put("path", "guide");
    seen.put("link_token", linkToken);
    seen.put("item_id", exchangeResponse.body().getItemId());
    seen.put("access_token", accessToken);
    seen.put("accounts", accounts.size());
    seen.put("mask", checking.getMask());
    seen.put("processor_token", apexProcessorToken);
    seen.put("request_id", apexResponse.body().getRequestId());
    tell(seen);
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
    ErrorResponse error = plaidClient.parseError(response);
    Map<String, Object> seen = new LinkedHashMap<>();
    seen.put("path", path);
    seen.put("through", error.getClass().getSimpleName());
    seen.put("status", response.code());
    seen.put("error_type", error.getErrorType().name());
    seen.put("error_code", error.getErrorCode());
    seen.put("error_message", error.getErrorMessage());
    seen.put("request_id", error.getRequestId());
    tell(seen);
  }

  private static void tell(Map<String, Object> seen) {
    System.out.println(new Gson().toJson(seen));
  }
}
