/** Goes on to the form that was kept, which is shown and not sent in; without a script a button does. */
/** @type {HTMLFormElement} */ (document.querySelector("[data-kept-form]")).submit();
