/** Goes on to the form that was kept, which is shown and not sent in; without a script a button does. */
const form = document.querySelector("[data-kept-form]");
if (form instanceof HTMLFormElement) form.submit();
