/** Draws the description of the API. Nothing is asked of any other host. */

const place = document.querySelector("[data-description]");
if (place instanceof HTMLElement) {
  window.SwaggerUIBundle({
    url: place.dataset.description,
    domNode: place,
    validatorUrl: null,
    tryItOutEnabled: false,
    supportedSubmitMethods: [],
  });
}
